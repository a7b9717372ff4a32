/** Makes a verified caller of an access token or an API key. */
@NullMarked
package dev.culvert.gateway.identity;

import org.jspecify.annotations.NullMarked;
