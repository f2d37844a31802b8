/** What decisions and withdrawals make of batches: adopted, set aside, withdrawn. */
@NullMarked
package dev.whetstone.training.adoption;

import org.jspecify.annotations.NullMarked;
