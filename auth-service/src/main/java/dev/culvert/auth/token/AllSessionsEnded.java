package dev.culvert.auth.token;

import java.util.UUID;

/**
 * Everything somebody began by signing in ends in the present transaction, except perhaps the session that asked for it:
 * the password was replaced, or all devices are signed out. Features that keep something of the kind listen synchronously,
 * so all of it ends or nothing.
 */
public record AllSessionsEnded(UUID accountId) {}
