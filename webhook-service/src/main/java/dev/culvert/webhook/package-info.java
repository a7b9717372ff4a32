/** Tells other systems over HTTP what happened in a tenant: endpoints, messages, signed deliveries with retries. */
@NullMarked
package dev.culvert.webhook;

import org.jspecify.annotations.NullMarked;
