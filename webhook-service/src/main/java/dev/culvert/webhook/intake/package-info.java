/** Takes domain events from Kafka and opens a delivery for every webhook of the event's tenant that wants it. */
@NullMarked
package dev.culvert.webhook.intake;

import org.jspecify.annotations.NullMarked;
