/** Real local servers, doubles of outside systems, sample callers and assertions for the tests of every module. */
@NullMarked
package dev.culvert.testing;

import org.jspecify.annotations.NullMarked;
