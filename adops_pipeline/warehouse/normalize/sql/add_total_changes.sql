UPDATE campaign_totals AS totals
SET days = totals.days + changes.days,
    impressions = totals.impressions + changes.impressions,
    clicks = totals.clicks + changes.clicks,
    spend = totals.spend + changes.spend,
    conversions = totals.conversions + changes.conversions,
    revenue = totals.revenue + changes.revenue
FROM total_changes AS changes
WHERE totals.platform = changes.platform AND totals.campaign_id = changes.campaign_id;

INSERT INTO campaign_totals BY NAME
SELECT * FROM total_changes ANTI JOIN campaign_totals USING (platform, campaign_id);
