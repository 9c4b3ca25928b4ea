-- Nothing asks by the expiry alone.
ALTER TABLE reservations DROP INDEX /*M! IF EXISTS */ reservations_by_expiry;
