/** What the gateway knows about the request at hand. */
@NullMarked
package dev.culvert.gateway.call;

import org.jspecify.annotations.NullMarked;
