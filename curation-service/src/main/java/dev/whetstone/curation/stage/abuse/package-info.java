/** Stage: detects planted and coordinated feedback. Pure. */
@NullMarked
package dev.whetstone.curation.stage.abuse;

import org.jspecify.annotations.NullMarked;
