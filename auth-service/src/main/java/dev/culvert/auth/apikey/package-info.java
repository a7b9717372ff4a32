/** API keys: made and revoked by their owners, exchanged by the gateway for short access tokens. */
@NullMarked
package dev.culvert.auth.apikey;

import org.jspecify.annotations.NullMarked;
