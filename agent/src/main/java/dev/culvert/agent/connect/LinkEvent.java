package dev.culvert.agent.connect;

import java.time.Duration;

/** What a user of an agent can see of its links. */
public sealed interface LinkEvent {
    /** Number of the link, from 0. */
    int connection();

    /** The service has taken the link; requests may come. */
    record Connected(int connection, Transport transport) implements LinkEvent {}

    /** The link is gone. */
    record Disconnected(int connection, String why) implements LinkEvent {}

    /** A link could not be made or is gone; the next attempt comes after the delay. */
    record Retrying(int connection, Duration delay, String why) implements LinkEvent {}

    /** The service goes down; a replacement is dialled while running requests finish. */
    record Replacing(int connection) implements LinkEvent {}
}
