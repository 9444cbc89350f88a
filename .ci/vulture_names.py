"""Names that vulture finds no use of, although something calls or reads them.

`ignore_names` in pyproject.toml would do the same and compare every name of the product with each of these.
"""

# Called by frameworks: Dagster's definitions by name, pydantic, SQLAlchemy, Alembic, httpx.
_.defs
_.group_name
_.owners
_.by_products
_.calendar_days
_.calendar_checks
_.todo_checks
_.maturity_checks
_.plan_checks
_.action_outcomes
_.outcome_checks
_.analysis_checks
_.budget_recommendations
_.adops_snapshot
_.powerbi_project
_.model_config
_.settings_customise_sources
_.impl
_.cache_ok
_.load_dialect_impl
_.isolation_level
_.down_revision
_.async_auth_flow
_.writable

# What Dagster calls and reads of the storage that dagster.yaml names.
_.Storage
_.from_config_value
_.store_event
_.has_table
_.on_modified
_._patterns
_._inst_data
_.defs_state_storage

# What Python's import system calls and reads.
_.create_module
_.__class__

# Overrides that Dagster calls on its launchers, daemons and code locations.
_.config_type
_.from_config_value
_.core_loop
_.get_sensor_execution_data
_.get_definition
_._load_location
_.reload
_.refresh_workspace
_._loaded_repositories
_.capture_logs

# Read by name only: fields of results and requests that are dumped or fetched as a whole, words of a vocabulary.
_.money_at_stake
_.probability_b_higher
_.COMPLETED

# Fields of stored memories, which are read by the names of their columns, and of their schemas.
_.pattern_action
_.retracted_by
_.retraction_reason
_.measured_at
_.prefer
_.instead_of

# Fields of the API's answers, and the words that FastAPI shows for a route.
_.snapshot_at
_.without_rate
_.conversions_share_known
_.conversions_nowcast
_.is_immature
_.restatements
_.ctr
_.cpc
_.cpa
_.snapshot_version
_.templates
_.__doc__

# Fields of answers about proposals.
_.can_be_undone
_.cannot_be_undone_because

# Fields of answers about alerts, accounts and receivers.
_.muted_now
_.age_seconds
_.disabled_reason
_.signing_key
_.assigned_by
_.project_ids
_.other_project_ids
_.completed_at

# Fields of the situation that memories are compared with, which is read by name.
_.bidding

# Called by prometheus_client.
_.describe
_.collect

# Fields of answers about webhooks.
_.last_triggered
_.has_payload

# Read by the templates and chart.js.
_.is_drawn
_.value_range
_.figures
_.has_period
_.tone
_.Chart
_.place_unit
_.place_colours
_.shades
_.is_dashed
_.is_horizontal
_.headings
_.key

# Read by the dashboard's templates.
_.is_narrowed
_.has_others
_.elsewhere
_.icon
_.kept
_.projected
_.previous_days
_.platform_days

# The version that the imports of Dagster's internals were checked with.
_.CHECKED_VERSION

# Fields of requests to Pinterest, passed on as wholes or read by name.
_.tracking_urls
_.is_standard
_.is_flexible_daily_budgets
_.is_automated_campaign
_.order_line_id
_.AGE_BUCKET
_.APPTYPE
_.GENDER
_.GEO
_.INTEREST
_.LOCALE
_.MINIMUM_AGE
_.MAXIMUM_AGE
_.TARGETING_STRATEGY
_.auto_targeting_enabled
_.placement_group
_.pacing_delivery_type
_.alt_text
_.dominant_color
_.seed_audience_ids
_.percentage
_.visitor_source_id
_.customer_list_id

# The simulated market's own answer, for measuring methods against it.
_.expected_conversions
