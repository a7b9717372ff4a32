/** Sends messages to endpoints, at least once, on a schedule of tries, and keeps the history of every try. */
@NullMarked
package dev.culvert.webhook.delivery;

import org.jspecify.annotations.NullMarked;
