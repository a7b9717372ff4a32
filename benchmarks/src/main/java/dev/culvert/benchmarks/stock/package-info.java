/** A gateway as one gets it without writing any: what ours is measured against. */
@NullMarked
package dev.culvert.benchmarks.stock;

import org.jspecify.annotations.NullMarked;
