/** The user service: what the suite knows about a person beside how they sign in. */
@NullMarked
package dev.culvert.user;

import org.jspecify.annotations.NullMarked;
