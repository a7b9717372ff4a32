/** Identity providers the operator trusts: their access tokens are exchanged for ours, and people sign in through them. */
@NullMarked
package dev.culvert.auth.federation;

import org.jspecify.annotations.NullMarked;
