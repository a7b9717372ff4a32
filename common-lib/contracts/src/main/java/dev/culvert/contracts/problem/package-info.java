/** The one error body of the suite and the catalogue of its codes (RFC 9457, requirement X-2). */
@NullMarked
package dev.culvert.contracts.problem;

import org.jspecify.annotations.NullMarked;
