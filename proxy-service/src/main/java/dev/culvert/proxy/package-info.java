/** Managed proxies: names whose requests go to the first of several targets that can take them. */
@NullMarked
package dev.culvert.proxy;

import org.jspecify.annotations.NullMarked;
