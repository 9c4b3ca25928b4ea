#!/usr/bin/perl
# The upstream of tests/package: as much of OpenAI's chat as a stream needs, on 127.0.0.1:PORT, with what every Debian has.
# An answer goes on, a piece every 100 ms, as long as the file HOLD exists.
use strict;
use warnings;
use IO::Socket::INET;

my ($port, $hold) = @ARGV;
$SIG{CHLD} = 'IGNORE';
$SIG{PIPE} = 'DEFAULT';
my $server = IO::Socket::INET->new(LocalAddr => '127.0.0.1', LocalPort => $port, Listen => 128, ReuseAddr => 1)
    or die "port $port: $!";

sub piece {
    my ($client, $choices, $rest) = @_;
    print $client qq(data: {"id":"c","object":"chat.completion.chunk","created":1,"model":"held","choices":[$choices]$rest}\n\n);
}

sub answer {
    my ($client) = @_;
    my $length = 0;
    while (my $line = <$client>) {
        $length = $1 if $line =~ /^content-length:\s*(\d+)/i;
        last if $line =~ /^\r?\n$/;
    }
    my $question;
    read $client, $question, $length;
    $client->autoflush(1);
    print $client "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n";
    my $number = 0;
    do {
        piece($client, '{"index":0,"delta":{"content":"' . ++$number . ' "},"finish_reason":null}', '');
        select undef, undef, undef, 0.1;
    } while -e $hold;
    piece($client, '{"index":0,"delta":{},"finish_reason":"stop"}', '');
    piece($client, '', qq(,"usage":{"prompt_tokens":1,"completion_tokens":$number,"total_tokens":) . ($number + 1) . '}');
    print $client "data: [DONE]\n\n";
}

while (1) {
    my $client = $server->accept or next;  # a child's end interrupts it
    if (fork) {
        close $client;
        next;
    }
    close $server;
    answer($client);
    exit 0;
}
