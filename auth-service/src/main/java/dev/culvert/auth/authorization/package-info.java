/** The authorization server: what applications ask for, what users allow, and the tokens that follow from it. */
@NullMarked
package dev.culvert.auth.authorization;

import org.jspecify.annotations.NullMarked;
