-- Nothing asks by the expiry alone, and without this index putting it off can stay on a row's page.
DROP INDEX reservations_by_expiry;
