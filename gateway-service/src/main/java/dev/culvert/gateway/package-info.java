/** The one public entrance of the suite: says who a caller is, limits them and hands their request to a service. */
@NullMarked
package dev.culvert.gateway;

import org.jspecify.annotations.NullMarked;
