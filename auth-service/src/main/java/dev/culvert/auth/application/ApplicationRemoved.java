package dev.culvert.auth.application;

import java.util.UUID;

/**
 * An application is about to be deleted, in the present transaction, which is in the system scope: what was granted to it
 * has to end.
 */
public record ApplicationRemoved(UUID applicationId) {}
