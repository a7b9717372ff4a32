/** The data folder {@code .culvert/}: its files, secrets, recorded state, ports and the lock that one runner holds. */
@NullMarked
package dev.culvert.runner.home;

import org.jspecify.annotations.NullMarked;
