/** Hands events from Kafka to handlers, each event once per handler, and parks what cannot be handled. */
@NullMarked
package dev.culvert.data.inbox;

import org.jspecify.annotations.NullMarked;
