/** Tells of every call of a known caller, for figures and bills. */
@NullMarked
package dev.culvert.gateway.usage;

import org.jspecify.annotations.NullMarked;
