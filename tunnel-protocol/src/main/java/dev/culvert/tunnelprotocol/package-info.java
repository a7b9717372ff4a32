/** The link between agent and tunnel-service: HTTP/2 inside WebSocket frames, its flow control, liveness and hand-over. */
@NullMarked
package dev.culvert.tunnelprotocol;

import org.jspecify.annotations.NullMarked;
