/** The seven services as processes: their jars, environment, readiness and ahead-of-time caches. */
@NullMarked
package dev.culvert.runner.service;

import org.jspecify.annotations.NullMarked;
