/** Keeps every call of every known caller, and adds them up. */
@NullMarked
package dev.culvert.user.usage;

import org.jspecify.annotations.NullMarked;
