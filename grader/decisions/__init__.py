"""What examiners decide after the exam: single marks, the policy, and who moved by it."""
