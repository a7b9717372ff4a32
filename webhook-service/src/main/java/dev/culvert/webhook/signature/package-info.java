/** Signs what is sent, by Standard Webhooks 1.0 and the older header form of requirement X-6. */
@NullMarked
package dev.culvert.webhook.signature;

import org.jspecify.annotations.NullMarked;
