package dev.culvert.tunnel.endpoint;

import java.util.List;

/** All that is known of a tunnel's endpoints and how it changes between them. */
record FailoverStatusResponse(FailoverState state, FailoverSettings config, List<EndpointResponse> endpoints) {}
