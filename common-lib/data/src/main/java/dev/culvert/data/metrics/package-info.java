/** Measures the connection pool and every statement under the names that the requirements fix. */
@NullMarked
package dev.culvert.data.metrics;

import org.jspecify.annotations.NullMarked;
