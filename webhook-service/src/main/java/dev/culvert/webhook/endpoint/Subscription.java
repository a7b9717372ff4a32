package dev.culvert.webhook.endpoint;

import java.util.UUID;

/** An active endpoint that wants an event. */
public record Subscription(UUID endpointId, RetryPolicy retryPolicy) {}
