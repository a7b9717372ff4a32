/** The key that signs access tokens, and its public half for everybody who verifies them. */
@NullMarked
package dev.culvert.auth.signingkey;

import org.jspecify.annotations.NullMarked;
