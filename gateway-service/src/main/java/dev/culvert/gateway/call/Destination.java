package dev.culvert.gateway.call;

import java.net.URI;
import java.util.Optional;

/**
 * Where a request is going.
 *
 * @param route template of the matched path, e.g. {@code /api/v1/tunnels/**}; bounded, so it may label metrics
 * @param plane which checks apply
 * @param open whether callers need no credential
 * @param target address to send the request to, empty when no service answers it
 */
public record Destination(String route, Plane plane, boolean open, Optional<URI> target) {}
