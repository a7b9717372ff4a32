package dev.culvert.webhook.endpoint;

import java.util.UUID;

/** An endpoint takes deliveries again; those that waited can go out. Published inside the service only. */
public record EndpointActivated(UUID endpointId) {}
