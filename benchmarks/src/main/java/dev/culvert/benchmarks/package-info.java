/** Load programs against a running suite; each prints what it measured beside a direct call of the same service. */
@NullMarked
package dev.culvert.benchmarks;

import org.jspecify.annotations.NullMarked;
