/** What people try to plant. Pure. */
@NullMarked
package dev.whetstone.curation.abuse;

import org.jspecify.annotations.NullMarked;
