/** A running suite as its users see it: processes to start and kill, people who sign up and call the gateway. */
@NullMarked
package dev.culvert.testing.suite;

import org.jspecify.annotations.NullMarked;
