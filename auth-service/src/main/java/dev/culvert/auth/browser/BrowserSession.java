package dev.culvert.auth.browser;

import java.time.Instant;
import java.util.UUID;

/** Somebody who signed in by form. */
public record BrowserSession(UUID tenantId, UUID accountId, String clientAddress, Instant signedInAt) {}
