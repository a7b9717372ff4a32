/** Keeps every event of the suite as an audit row that nobody can change, and finds rows again. */
@NullMarked
package dev.culvert.admin.audit;

import org.jspecify.annotations.NullMarked;
