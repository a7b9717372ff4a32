/** Stores events in the transaction of the change and publishes them on Kafka afterwards: at least once, in order per key. */
@NullMarked
package dev.culvert.data.outbox;

import org.jspecify.annotations.NullMarked;
