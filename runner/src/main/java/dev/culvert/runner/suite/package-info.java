/** The suite as a whole: start in order, supervision, progress, stop in order, status. */
@NullMarked
package dev.culvert.runner.suite;

import org.jspecify.annotations.NullMarked;
