/** The gateway under load, beside a bare reverse proxy and a stock gateway, all before the same small service. */
@NullMarked
package dev.culvert.benchmarks.gateway;

import org.jspecify.annotations.NullMarked;
