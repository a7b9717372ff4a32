/** The one-machine suite behind {@code ./culvert}; here only what all its parts share. */
@NullMarked
package dev.culvert.runner;

import org.jspecify.annotations.NullMarked;
