/** How and when somebody proved who they are, and what that is good for. */
@NullMarked
package dev.culvert.auth.assurance;

import org.jspecify.annotations.NullMarked;
