/** Webhooks as users register them: where to send, which events, under which secret. */
@NullMarked
package dev.culvert.webhook.endpoint;

import org.jspecify.annotations.NullMarked;
