/** The story {@code culvert demo} tells on a running suite. */
@NullMarked
package dev.culvert.runner.demo;

import org.jspecify.annotations.NullMarked;
