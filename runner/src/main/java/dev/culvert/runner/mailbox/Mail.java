package dev.culvert.runner.mailbox;

import java.time.Instant;

/**
 * A received mail.
 *
 * @param to the recipient of the envelope, whatever the headers claim
 * @param text the readable body as plain text
 */
public record Mail(String id, Instant receivedAt, String from, String to, String subject, String text) {}
