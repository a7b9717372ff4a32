/** The way of a request through the gateway and on to a service, listed in GatewayChain. */
@NullMarked
package dev.culvert.gateway.routing;

import org.jspecify.annotations.NullMarked;
