/** Makes a verified caller of an access token, of ours or of a trusted issuer, or an API key. */
@NullMarked
package dev.culvert.gateway.identity;

import org.jspecify.annotations.NullMarked;
